/** What we call ourselves. */
import { packageFile } from './package-files.ts'

/** The version in `package.json`. */
export const version: string = JSON.parse(packageFile('package.json')).version

/** Sent with every request, so that a registry's or GitHub's people know whom to ask. */
export const userAgent = `underpin/${version}`
