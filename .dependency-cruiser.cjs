// The rooms, from the ground up. A file may import from its own room and from rooms on lower floors.
const floors = [
  ['base'],
  ['chat', 'tensor'],
  ['data', 'models'],
  ['entities'],
  ['reports', 'images', 'curation'],
  ['pretrain', 'evaluate', 'jobs'],
  ['study'],
  ['studio', 'cli'],
];
// Inside a floor one order is fixed, so that nothing runs sideways in both directions.
const sideways = [
  { room: 'chat', not: ['tensor'] },
  { room: 'tensor', not: ['chat'] },
  { room: 'data', not: ['models'] },
  { room: 'models', not: [] },
  { room: 'reports', not: ['images', 'curation'] },
  { room: 'images', not: ['reports', 'curation'] },
  { room: 'curation', not: ['reports'] },
  { room: 'pretrain', not: ['evaluate', 'jobs'] },
  { room: 'evaluate', not: ['jobs'] },
  { room: 'jobs', not: ['pretrain', 'evaluate'] },
];

const upward = floors.flatMap((rooms, floor) =>
  rooms.map(room => {
    const above = floors.slice(floor + 1).flat();
    const beside = sideways.find(rule => rule.room === room)?.not ?? [];
    return {
      name: `${room}-imports-only-downwards`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: `^src/(${[...above, ...beside].join('|') || '-'})(/|\\.ts)` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'only-rooms-that-ask-a-model-import-chat',
      severity: 'error',
      from: { path: '^src/(data|models|entities|images|pretrain|evaluate|studio)/' },
      to: { path: '^src/chat/' },
    },
    {
      name: 'no-test-double-in-shipped-code',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '^src/[^/]+/testing/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'only-tensor-touches-the-native-bridge',
      severity: 'error',
      from: { path: '^src/(?!tensor/)' },
      to: { path: '^(native|build)/' },
    },
    {
      name: 'no-development-package-in-shipped-code',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
