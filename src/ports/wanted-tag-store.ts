/** Wanted tags: what the decisions of repos wait for beside the tags that their files name. */
import type { Claim } from '../domain/due-work.ts'
import type { Digest } from '../domain/image/digest.ts'

/** A question of one repo. */
export type WantedTag = {
  /** In full. */
  readonly imageName: string
  /** The tag that a use may move to, or that a digest without a tag is known by; null: the list of all tags. */
  readonly tag: string | null
  /** The digest that the use has and what the tag shows is compared with; null where it has none. */
  readonly pin: Digest | null
}

export interface WantedTagStore {
  /** Replaces all that a repo wants. False when the claim's fence is not the newest or the repo was forgotten. */
  replaceWanted(claim: Claim, repoId: number, wanted: readonly WantedTag[]): Promise<boolean>
  /** Repos that want the tag (null: the list of tags), with the digests that they compare it with. Which scope they look with is the caller's to check. */
  reposWanting(
    imageName: string,
    tag: string | null,
  ): Promise<readonly { readonly repoId: number; readonly installationId: number; readonly pins: readonly Digest[]; readonly floats: boolean }[]>
}
