/** Two projects: `here` needs nothing but Node, `real` needs what `.ci/run` installs and fails where that is missing. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Most files wait for processes and databases rather than compute.
    maxWorkers: 3,
    projects: [
      { test: { name: 'here', include: ['test/**/*.test.ts'], exclude: ['test/real/**', '**/node_modules/**'], testTimeout: 120_000, hookTimeout: 120_000 } },
      { test: { name: 'real', include: ['test/real/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000 } },
    ],
  },
})
