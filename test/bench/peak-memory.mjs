/** Loaded into each process that the bench measures, forked children included: at its end it notes the most memory it held, kB. */
import { appendFileSync } from 'node:fs'

process.on('exit', () => appendFileSync(process.env.UNDERPIN_BENCH_MEMORY ?? '/dev/null', `${process.resourceUsage().maxRSS}\n`))
