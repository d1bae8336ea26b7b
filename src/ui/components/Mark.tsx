/** The product's mark: two pipes that meet. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <rect class="mark-ground" x="2" y="2" width="44" height="44" rx="12" />
      <path class="mark-line" d="M11 15h6c8 0 6 9 14 9h6" />
      <path class="mark-line" d="M11 33h6c5 0 6-3.5 8-6" />
    </svg>
  );
}
