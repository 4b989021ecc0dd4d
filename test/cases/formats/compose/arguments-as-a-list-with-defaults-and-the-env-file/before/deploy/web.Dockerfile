ARG NODE=1
ARG BASE=x
FROM node:$NODE AS build
FROM $BASE
COPY --from=build / /
