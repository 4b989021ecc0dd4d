/** Refusals: why we do not read on in a layer. A value of ours, not a failure of the outside world: the inventory says it and goes on. */

/** Thrown inside the layer reader and caught in `read-layer.ts`; the message is for people, without a full stop. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
