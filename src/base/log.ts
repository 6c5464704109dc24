/** Says something to the person at the terminal, on stderr: stdout is for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
