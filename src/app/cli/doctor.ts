/** `underpin doctor`: looks at everything the app needs, and says what to do. */
import type { Command } from 'commander'
import type { Logger } from 'pino'
import { type Config, ConfigProblems, readConfig } from '../config.ts'
import { configuredLog } from '../configured-log.ts'
import { type Checked, ok, type Probe, runProbes } from '../doctor/probe.ts'
import { redactor } from '../redactor.ts'

/** Gives the probes of an installation and what ends their connections. */
export type ProbesOf = (config: Config, log: Logger) => { readonly probes: readonly Probe[]; readonly close: () => Promise<void> }

/** Adds the command. Exit codes: 0 nothing failed (warnings may stand) · 2 the configuration is wrong · 3 something else failed. */
export function registerDoctor(program: Command, probesOf?: ProbesOf): void {
  program
    .command('doctor')
    .description('check configuration, database, queue, GitHub and registries, and say what to do')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      const { checks, exitCode } = await examine(readConfig, probesOf ?? (await import('../doctor/standard.ts')).standardProbes)
      console.log(options.json ? JSON.stringify({ checks }) : asText(checks))
      process.exitCode = exitCode
    })
}

/** All checks and the exit code. Where the configuration cannot be read its problems are the checks. Secrets are taken out of the result. */
export async function examine(read: () => Config, probesOf: ProbesOf): Promise<{ readonly checks: readonly Checked[]; readonly exitCode: 0 | 2 | 3 }> {
  let config: Config
  try {
    config = read()
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error
    return {
      checks: error.problems.map(({ where, message, fix }) => ({ name: 'configuration', status: 'fail', message: `${where}: ${message}`, fix })),
      exitCode: 2,
    }
  }
  const { probes, close } = probesOf(config, configuredLog({ ...config, log: { level: 'fatal' } }))
  try {
    const redact = redactor(config.secrets)
    const checked = [{ name: 'configuration', ...ok('readable') }, ...(await runProbes(probes))]
    const checks = checked.map((one) => ({ ...one, message: redact(one.message), fix: one.fix === null ? null : redact(one.fix) }))
    return { checks, exitCode: checks.some(({ status }) => status === 'fail') ? 3 : 0 }
  } finally {
    await close()
  }
}

/** One line per check, what to do on the next. */
export function asText(checks: readonly Checked[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const lines = checks.flatMap(({ name, status, message, fix }) => [
    `${status.padEnd(4)}  ${name.padEnd(width)}  ${message}`,
    ...(fix === null ? [] : [`${' '.repeat(width + 8)}→ ${fix}`]),
  ])
  return lines.join('\n')
}
