export const text = `
FROM alpine:3.20
`
