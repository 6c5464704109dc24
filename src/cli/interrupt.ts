/** The reason of the signal's abort when a person or the system asks the process to end. */
export class Interrupted extends Error {
  override readonly name = 'AbortError';
}

/**
 * Turns Ctrl-C and SIGTERM into an abort that verbs obey at the next safe point. A second Ctrl-C ends the
 * process at once; files are written under temporary names, so that does no harm either.
 */
export function watchSignals(): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(1);
    process.stderr.write(`synray: ${name}: stopping at the next safe point; once more ends at once\n`);
    controller.abort(new Interrupted(name));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
