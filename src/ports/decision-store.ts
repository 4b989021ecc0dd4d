/** The decisions of the last look at each repo. */
import type { Claim } from '../domain/due-work.ts'
import type { Decision } from '../domain/decision.ts'

/** What a decision is about: an image use by branch, file and offset, or a build by the workflow that makes it. */
export type Subject =
  | { readonly kind: 'image-use'; readonly branch: string; readonly file: string; readonly offset: number }
  | { readonly kind: 'build'; readonly workflow: string | null }

/** A decision with its subject, and when it was first made as it is. */
export type StoredDecision = { readonly subject: Subject; readonly decision: Decision; readonly decidedAt: Date }

export interface DecisionStore {
  /** Replaces the decisions of a repo; one whose content is unchanged keeps its `decidedAt`. False when the claim is a zombie's or the repo was forgotten. */
  replace(claim: Claim, repoId: number, decisions: readonly StoredDecision[]): Promise<boolean>
  ofRepo(repoId: number): Promise<readonly StoredDecision[]>
}
