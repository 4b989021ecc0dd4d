/** `underpin serve`: the app itself, or the set-up page while no app is configured. */
import { type Command, Option } from 'commander'
import { orExplain } from './explain-problem.ts'

const parts = ['web', 'worker', 'scheduler'] as const

/** Adds the command `serve` to `program`. */
export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('run the app; without GitHub credentials, the page that creates it')
    .addOption(new Option('--only <part>', 'run one part of the app in this process').choices(parts))
    .action((options: { readonly only?: (typeof parts)[number] }) =>
      orExplain(async () => (await import('../serve.ts')).serve(options.only === undefined ? parts : [options.only])),
    )
}
