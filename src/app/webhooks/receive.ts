/** Receiving: hands one acknowledged webhook from the inbox to the handlers. */
import type { Claim } from '../../domain/due-work.ts'
import type { InboxStore } from '../../ports/inbox-store.ts'
import type { Webhooks } from './router.ts'

/** Runs the handlers of the delivery that the claim names and marks it done; what they throw leaves it due. */
export async function receive({ inbox, webhooks }: { readonly inbox: InboxStore; readonly webhooks: Webhooks }, claim: Claim, asOf: Date): Promise<null> {
  const delivery = await inbox.read(claim.key)
  if (delivery === null) return null
  await webhooks.receive(delivery)
  await inbox.done(delivery.guid, asOf)
  return null
}
