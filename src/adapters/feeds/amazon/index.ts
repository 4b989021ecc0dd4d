/** Amazon Linux: the security errata (ALAS) in the metadata of its own repositories, fresher than its web pages. */
import type { Feed } from '../feed.ts'
import { fetchAmazon } from './fetch.ts'
import { parseAmazon } from './parse.ts'

/** The only feed of `amzn`. */
export const amazon: Feed = {
  name: 'amazon',
  title: 'Amazon Linux security errata',
  homepage: 'https://alas.aws.amazon.com/',
  fetch: fetchAmazon,
  parse: parseAmazon,
}
