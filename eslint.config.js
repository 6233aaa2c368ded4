// The components' JavaScript: modules for the browser, in functions of a size that one reads.
import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    files: ['pages/**/*.js'],
    languageOptions: { sourceType: 'module', globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      complexity: ['error', 12],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-undef': 'error',
      'no-unused-vars': 'error',
      'no-implicit-globals': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'What was typed is never parsed: use textContent.' },
        { property: 'outerHTML', message: 'What was typed is never parsed: use textContent.' },
        { property: 'insertAdjacentHTML', message: 'What was typed is never parsed.' },
      ],
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
];
