import tseslint from 'typescript-eslint'

// Biome formats and finds the rest; this is for what needs types.
export default tseslint.config(
  { ignores: ['**/dist/**', '**/target/**', '**/jars/**', '**/coverage/**', '**/*.mjs', '**/*.cjs', '**/*.js'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.test.json'], tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // Numbers in messages and keys need no ceremony.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/consistent-type-exports': 'error',
      // It knows Promise<void>, but not deferred<void>().
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Which record a processor takes may be said, also where it is the default.
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      // tsconfig's noPropertyAccessFromIndexSignature asks for the opposite.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    files: [
      '**/test/**/*.ts',
      'test/**/*.ts',
      'bench/**/*.ts',
      'chaos/**/*.ts',
      'fuzz/**/*.ts',
      'soak/**/*.ts',
      'examples/testing/*.ts',
    ],
    rules: {
      // node:test's functions return promises that the runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off',
      // Test doubles are taken apart freely; a method that needs its `this` fails at once there.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
    },
  },
)
