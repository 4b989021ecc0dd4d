/** The crash suite with the queue in PostgreSQL. */
import { describe } from 'vitest'
import { crashSuite } from '../../contract/crash.ts'

describe('a worker on PostgreSQL', { timeout: 120_000 }, () => crashSuite())
