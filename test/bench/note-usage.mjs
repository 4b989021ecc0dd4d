/** Loaded into the process that the bench measures: at its end it notes the most memory it held and the CPU time it used. */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  writeFileSync(process.env.UNDERPIN_BENCH_USED ?? '/dev/null', JSON.stringify({ kilobytes: maxRSS, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }))
})
