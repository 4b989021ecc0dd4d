/** What is wrong with the configuration, in words that an operator can act on. */

export type ConfigProblem = {
  /** A file with its line (`underpin.yml:12`) or an environment variable. */
  readonly where: string
  readonly message: string
  /** What to do. */
  readonly fix: string
}

/** Thrown by `loadConfig` with everything it found, so that one start shows all mistakes. Never holds a secret. */
export class ConfigProblems extends Error {
  readonly problems: readonly ConfigProblem[]
  override readonly name = 'ConfigProblems'

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ where, message, fix }) => `${where}: ${message}. ${fix}`).join('\n'))
    this.problems = problems
  }
}
