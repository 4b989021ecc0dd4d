/** The inbox: every webhook that we acknowledged, until its effect is in the memory. */

export type InboxDelivery = {
  /** `X-GitHub-Delivery`; with the app it keys the delivery. Not signed: a hint. */
  readonly guid: string
  /** `X-GitHub-Event`; not signed either. */
  readonly event: string
  /** The body as it came, byte for byte. */
  readonly body: Uint8Array
  readonly receivedAt: Date
}

export interface InboxStore {
  /** Commits the row and its due work (`inbox`, the GUID) in one transaction. A GUID seen before: due again if it failed, untouched if it is done. */
  accept(delivery: InboxDelivery): Promise<'new' | 'again'>
  /** Null when it is unknown or its body was dropped. */
  read(guid: string): Promise<InboxDelivery | null>
  /** Marks it done, redeliveries that came meanwhile included; its body is dropped by `purge`. */
  done(guid: string, at: Date): Promise<void>
  /** Drops the bodies of deliveries done before `doneBefore`; gives how many. */
  purge(doneBefore: Date): Promise<number>
}
