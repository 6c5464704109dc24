// `npm run quickstart -- <options>`: the set-up, then the command `synray quickstart`.
import { setupOrExit } from './setup.mjs';

await setupOrExit();
process.argv.splice(2, 0, 'quickstart');
await import('../dist/cli.js');
