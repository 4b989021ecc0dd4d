/** Deciding about builds: whether a repo's own pipeline is asked to build again. */
import type { Decision } from '../domain/decision.ts'
import { decision, firstWord } from './decide.ts'
import type { BuildFacts } from './facts.ts'
import type { Rule } from './rule.ts'
import { archived } from './rules/archived.ts'
import { baseMoved } from './rules/base-moved.ts'
import { enabled } from './rules/enabled.ts'
import { fixInstallable } from './rules/fix-installable.ts'
import { fork } from './rules/fork.ts'
import { notAsked } from './rules/not-asked.ts'
import { nothingDue } from './rules/nothing-due.ts'
import { rebuildRunning } from './rules/rebuild-running.ts'
import { scheduleDue } from './rules/schedule-due.ts'
import { slotsAround } from './schedule.ts'

/** Who may not be built comes first, then one rebuild at a time, then what asks for one; the last rule always has a word. */
export const buildRules: readonly Rule<BuildFacts>[] = [enabled, archived, fork, notAsked, rebuildRunning, scheduleDue, baseMoved, fixInstallable, nothingDue]

export type BuildDecision = {
  readonly decision: Decision
  /** Why, when the decision is `rebuild`: `scheduled 2026-11-23T03:17Z`, `base-moved docker.io/library/debian:12@sha256:…`. Equal causes give equal text. */
  readonly cause: string | null
  /** When the schedule is to be looked at again: its first time after `asOf`; null without a schedule, or where the repo is skipped. */
  readonly next: Date | null
}

/** What is to be done about the build of one repo. A slot that was missed is made up once, however many were missed. */
export function decideBuild(facts: BuildFacts): BuildDecision {
  const { rule, word } = firstWord(buildRules, facts)
  const { rebuild } = facts.policy
  const hasClock = word.verdict !== 'skip' && rebuild !== null && rebuild.cron !== null
  return {
    decision: decision(rule, word, null),
    cause: word.cause ?? null,
    next: hasClock ? slotsAround({ cron: rebuild.cron, timezone: rebuild.timezone }, facts.repo.id, facts.asOf).next : null,
  }
}
