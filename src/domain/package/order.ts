/** Which of two versions is older: -1 the first, 1 the second, 0 neither. */
export type Order = -1 | 0 | 1
