/** The form of Alpine's files: the secdb. */
export { secdbDocument, secdbPackage } from '../secdb.ts'
