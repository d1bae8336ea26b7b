// Before anything is drawn: the theme that was chosen on this device. Loaded by itself, ahead of the page, since a
// page that is dark for some must not begin light for them; src/ui/theme.ts does the rest.
try {
  const theme = localStorage.getItem('pipes-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // No storage is no choice.
}
