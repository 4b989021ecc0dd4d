/** The table of distributions that ships, for tests. */
import { readDistroTable } from '../../src/app/distro-table.ts'

/** As `config/distros.json` has it. */
export const distros = readDistroTable()
