// Pre-training beside Python on the same libtorch, its loader, its cache and its start.
//   npm run bench pretrain                                  the quick parts: steps, local-loss, loader, start
//   npm run bench pretrain -- loader --stored 1024          one part, with its options (the head of its file says which)
//   npm run bench pretrain -- scale                         a cache of a million samples: some minutes, 5 GB of disk
//   npm run bench pretrain -- gpu                           full size, on a machine with CUDA
// Each part prints its figures as JSON. docs/benchmarks.md says what was measured, and where.

const QUICK = ['steps', 'local-loss', 'loader', 'start'];
const PARTS = [...QUICK, 'scale', 'gpu'];

/** @param {string[]} words */
export default async function bench(words) {
  const end = words.findIndex(word => word.startsWith('--'));
  const named = end === -1 ? words : words.slice(0, end);
  const options = end === -1 ? [] : words.slice(end);
  const unknown = named.find(name => !PARTS.includes(name));
  if (unknown !== undefined) {
    process.stderr.write(`there is no part "${unknown}" of this bench; there are: ${PARTS.join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const parts = named.length === 0 ? QUICK : named;
  for (const name of parts) {
    if (parts.length > 1) process.stdout.write(`${name}\n`);
    const part = await import(`./pretrain/${name}.mjs`);
    await part.default(options);
  }
}
