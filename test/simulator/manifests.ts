/** Deployments `web` (healthy, two pods) and `broken` (crash loop until restarted) in namespace `shop`. */
export const SHOP = `
${deployment('web', { replicas: 2 })}
---
${deployment('broken', { replicas: 1, fault: 'crash-loop-until-restart' })}
`;

export function deployment(name: string, options: { replicas?: number; fault?: string; image?: string } = {}): string {
  const { replicas = 1, fault, image = `${name}:1` } = options;
  const annotations = fault === undefined ? '{}' : `{ simulator.atom.dev/fault: ${fault} }`;
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} }, annotations: ${annotations} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: app, image: "${image}", ports: [{ containerPort: 8080 }] }] }
`;
}
