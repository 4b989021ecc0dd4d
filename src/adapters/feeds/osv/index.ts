/** OSV: records of many sources in one form; what a distribution publishes itself is believed first. */
import type { Feed } from '../feed.ts'
import { fetch } from './fetch.ts'
import { parse } from './parse.ts'

/** Distributions only: its ecosystems of programming languages are passed over. */
export const osv: Feed = { name: 'osv', title: 'OSV', homepage: 'https://osv.dev/', fetch, parse }
