/** The way in, and what stands in for the chat where there is none. */
export const page = {
  product: 'Pipes',
  welcome: {
    title: 'Welcome to Pipes',
    label: 'Your name',
    hint: 'What others see. You can change it later.',
    difference: 'Your messages are sealed on this device; the relay that carries them only ever sees ciphertext.',
    enter: 'Start chatting',
    entering: 'Setting up…',
    missing: 'Please enter a name.',
  },
  opening: 'Opening…',
  insecure: {
    title: 'This page needs a secure connection',
    why: 'Browsers only offer the cryptography that seals your messages on pages opened over https or from localhost. Without it nothing here would be private, so Pipes does not start.',
    cure: 'How to fix it',
    local: 'If the relay runs on this computer, open',
    remote: 'Otherwise open the page over https. Whoever runs the relay can put it behind a certificate.',
  },
  failed: {
    title: 'Pipes could not start',
    retry: 'Try again',
    hint: 'Nothing was lost: what is stored on this device stays there.',
  },
  retry: 'Try again',
  tabPerson: 'This tab is another person, for trying things out. It ends when you close the tab.',
};
