/** Does each of these in a task of its own, one after the other, so that the browser draws and answers in between. */
export function inTurns(...tasks: readonly (() => void)[]): void {
  const [first, ...others] = tasks;
  if (first === undefined) return;
  setTimeout(() => {
    first();
    inTurns(...others);
  });
}
