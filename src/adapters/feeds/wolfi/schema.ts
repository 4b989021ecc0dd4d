/** The forms of Wolfi's files: Alpine's secdb, and OSV. */
export { osvRecord } from '../osv-schema.ts'
export { secdbDocument } from '../secdb.ts'
