/** Runs a program once and measures the whole process: seconds from start to exit, CPU, and the most memory that it and its children held. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** How often the children of a measured process are looked at, ms. */
const lookEveryMs = 20

/** Runs Node with `args`; `used` is a file for the measuring to write to. Gives `seconds`, `cpuSeconds`, `megabytes` and `out`; throws where the exit code is not 0. */
export async function measureNode(args, env, used) {
  const started = process.hrtime.bigint()
  const child = spawn(process.execPath, ['--import', path.join(import.meta.dirname, 'note-usage.mjs'), ...args], {
    env: { PATH: process.env.PATH, ...env, UNDERPIN_BENCH_USED: used },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const peaks = new Map()
  const looking = setInterval(() => notePeaks(childrenOf(child.pid), peaks), lookEveryMs)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
  const code = await new Promise((done) => child.once('close', done))
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  clearInterval(looking)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${err.slice(-4000)}`)
  const own = JSON.parse(readFileSync(used, 'utf8'))
  const megabytes = [...peaks.values()].reduce((sum, kilobytes) => sum + kilobytes, own.kilobytes) / 1024
  return { seconds, cpuSeconds: own.cpuSeconds, megabytes, out }
}

/** Seconds until the shell command `line` has ended; throws where its exit code is not 0. */
export async function measureShell(line) {
  const started = process.hrtime.bigint()
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise((done) => child.once('close', done))
  if (code !== 0) throw new Error(`${line} ended with ${code}`)
  return Number(process.hrtime.bigint() - started) / 1e9
}

/** The processes that `pid` started, and those that they did. Where there is no /proc, none. */
function childrenOf(pid) {
  try {
    const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return own === '' ? [] : own.split(' ').flatMap((child) => [child, ...childrenOf(child)])
  } catch {
    return []
  }
}

/** Keeps for each process the most memory it has held so far, kB. */
function notePeaks(pids, peaks) {
  for (const pid of pids) {
    try {
      const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      if (found !== null) peaks.set(pid, Number(found[1]))
    } catch {
      // It has ended in between.
    }
  }
}

/** The middle one of some numbers. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
