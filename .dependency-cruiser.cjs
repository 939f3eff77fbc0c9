// Imports between files: no cycles, types included, and in apps/cli and packages/lake no import upward.
const layer = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: to },
})

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    // main → commands → local-stack → session → print → options
    layer('cli: print and options import nothing above', '^apps/cli/src/(print|options)/', [
      '^apps/cli/src/(main|session|local-stack)\\.ts',
      '^apps/cli/src/commands/',
    ]),
    layer('cli: session imports nothing above', '^apps/cli/src/session\\.ts', [
      '^apps/cli/src/(main|local-stack)\\.ts',
      '^apps/cli/src/commands/',
    ]),
    layer(
      'cli: commands import no command',
      '^apps/cli/src/commands/',
      '^apps/cli/src/(main\\.ts|commands/)',
    ),
    // open-lake → compose-lake → verbs → register, open, truth → files, intents → config → files at the root
    layer(
      'lake: only the top files import the composition',
      '^packages/lake/src/[a-z]+/',
      '^packages/lake/src/(open-lake|compose-lake|pipeline|index|settings)\\.ts',
    ),
    layer('lake: config imports no verb', '^packages/lake/src/config/', [
      '^packages/lake/src/(?!config/)[a-z]+/',
    ]),
    layer('lake: truth imports no verb', '^packages/lake/src/truth/', [
      '^packages/lake/src/(?!truth/)[a-z]+/',
    ]),
    layer('lake: files imports no verb', '^packages/lake/src/files/', [
      '^packages/lake/src/(?!files/)[a-z]+/',
    ]),
    layer(
      'lake: intents import no verb but files',
      '^packages/lake/src/replace/(intent(-lock|-owner)?|until-left|settled-change)\\.ts',
      ['^packages/lake/src/(?!files/|replace/(intent(-lock|-owner)?|until-left|settled-change)\\.ts)[a-z]+/'],
    ),
    layer('lake: register imports no verb but files and intents', '^packages/lake/src/register/', [
      '^packages/lake/src/(?!register/|files/|replace/(intent(-lock|-owner)?|until-left|settled-change)\\.ts)[a-z]+/',
    ]),
    layer('lake: open imports only register and config', '^packages/lake/src/open/', [
      '^packages/lake/src/(?!open/|register/|config/)[a-z]+/',
    ]),
  ],
  options: {
    tsPreCompilationDeps: true, // imports of types count
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|test|node_modules|\\.tsbuild)/' },
    enhancedResolveOptions: { conditionNames: ['@minilake/source', 'import'], exportsFields: ['exports'] },
  },
}
