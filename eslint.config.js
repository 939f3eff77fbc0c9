import nx from '@nx/eslint-plugin'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['**/dist', '**/.tsbuild', '**/node_modules', '**/coverage', '.nx', 'out', 'lake'] },
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
    files: ['packages/*/{src,test}/**/*.ts', 'apps/*/{src,test}/**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allowCircularSelfDependency: true,
          depConstraints: [
            { sourceTag: 'layer:schema', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'layer:stage', onlyDependOnLibsWithTags: ['layer:schema'] },
            { sourceTag: 'layer:app', onlyDependOnLibsWithTags: ['layer:schema', 'layer:stage'] },
          ],
        },
      ],
    },
  },
  {
    // Time, randomness, environment and exit are arguments: only the app touches them.
    files: ['packages/*/src/**/*.ts'],
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
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
)
