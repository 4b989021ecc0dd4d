/** How a command ends when something is wrong: a message for people on stderr and the exit code of the contract. */
import { type Fault, isFault } from '../../domain/fault.ts'
import { ConfigProblems } from '../config.ts'

/** Wrong usage or unreadable input. */
export const exitWrongInput = 2
/** The outside world failed. */
export const exitOutside = 3

/** The exit code for a fault: where no host had a part in it, it is about something on this machine. */
function exitOf({ host }: Fault): number {
  return host === null ? exitWrongInput : exitOutside
}

/** Runs a command; configuration problems and faults become messages and exit codes, anything else is a bug and keeps its stack. */
export async function orExplain(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (error instanceof ConfigProblems) {
      console.error(error.message)
      process.exitCode = exitWrongInput
    } else if (isFault(error)) {
      console.error(`underpin: ${error.message}`)
      process.exitCode = exitOf(error)
    } else throw error
  }
}
