import nx from '@nx/eslint-plugin'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  // The kernels in assembly/ are AssemblyScript, which only its own compiler knows.
  {
    ignores: [
      '**/assembly',
      '**/dist',
      '**/.tsbuild',
      '**/node_modules',
      '**/coverage',
      '.nx',
      'out',
      'lake',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['{packages,apps}/*/{src,test}/**/*.ts', 'infra/{src,test}/**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allowCircularSelfDependency: true,
          // Snappy and the adapters of DuckDB, Trino, S3 and Kafka load when they are needed, the rest at once.
          checkDynamicDependenciesExceptions: [
            '@minilake/analytics',
            '@minilake/ingest',
            '@minilake/parquet',
            '@minilake/stream',
          ],
          depConstraints: [
            { sourceTag: 'layer:schema', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'layer:stage', onlyDependOnLibsWithTags: ['layer:schema'] },
            { sourceTag: 'layer:infra', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'layer:lake', onlyDependOnLibsWithTags: ['layer:schema', 'layer:stage'] },
            {
              sourceTag: 'layer:app',
              onlyDependOnLibsWithTags: ['layer:schema', 'layer:stage', 'layer:lake', 'layer:infra'],
            },
          ],
        },
      ],
    },
  },
  {
    // Time, randomness, environment and exit are arguments: only the app touches them.
    files: ['packages/*/src/**/*.ts', 'infra/src/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process'],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random' },
        { object: 'Date', property: 'now' },
      ],
      'no-console': 'error',
    },
  },
  // Vitest's asymmetric matchers are typed any.
  { files: ['**/test/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
)
