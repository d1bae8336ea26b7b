/** What the bundler makes of an import that asks for a script of its own: its address. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}
