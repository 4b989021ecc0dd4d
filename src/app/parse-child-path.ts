/** Where the compiled script of the parser children lies: Node 20 cannot fork TypeScript, so that sources point at `dist`. */
import { fileURLToPath } from 'node:url'

const isSource = import.meta.url.endsWith('.ts')

/** The path to fork. */
export const parseChild: string = fileURLToPath(new URL(isSource ? '../../dist/app/parse-child.js' : './parse-child.js', import.meta.url))
