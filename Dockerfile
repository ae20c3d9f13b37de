# One image, three commands:
#   node dist/main.js      api, port 8000 (the default)
#   node dist/worker.js    worker, port 4000
#   node dist/migrate.js   brings the database to the schema of this release, then ends
# It runs as uid 1000 with a read-only root; only /tmp has to be writable.
#   docker build -t atom:local .

FROM node:24.21.0-bookworm-slim AS source
WORKDIR /app
ENV NODE_ENV=production NPM_CONFIG_UPDATE_NOTIFIER=false
COPY package.json package-lock.json ./

FROM source AS build
RUN npm ci --include=dev --include=optional --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src ./src
RUN node node_modules/@nestjs/cli/bin/nest.js build

FROM source AS dependencies
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force

FROM node:24.21.0-bookworm-slim
LABEL org.opencontainers.image.title="Atom" \
      org.opencontainers.image.description="Signed operations runbooks for Kubernetes" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# What installs packages has no business in a running container.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /app
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    HOME=/tmp
# Owned by root: the process cannot change its own code.
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY migrations ./migrations
COPY --from=build /app/dist ./dist
USER 1000:1000
EXPOSE 8000 4000
# No entry point and no shell form: node is the first process of the container and gets the signals.
ENTRYPOINT []
CMD ["node", "dist/main.js"]
