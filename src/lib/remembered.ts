/** One value for equal texts, where a large file says the same few things hundreds of thousands of times. */

/** `make`, which must be pure, called once for each text; at most `most` results are remembered, then it starts over. */
export function remembered<Value>(make: (text: string) => Value, most = 1_000): (text: string) => Value {
  const made = new Map<string, Value>()
  return (text) => {
    const known = made.get(text)
    if (known !== undefined) return known
    if (made.size >= most) made.clear()
    const value = make(text)
    made.set(text, value)
    return value
  }
}
