/** The log as the configuration wants it, without the secrets that the configuration holds. */
import type { Config } from './config.ts'
import { createLog, type Logger } from './log.ts'
import { redactor } from './redactor.ts'

/** A logger at the configured level that redacts every secret of the configuration. */
export function configuredLog(config: Pick<Config, 'log' | 'secrets'>): Logger {
  return createLog({ level: config.log.level, redactor: redactor(config.secrets) })
}
