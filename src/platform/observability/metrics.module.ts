import { Controller, Get, Module, type OnModuleInit, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { getToken, makeHistogramProvider, PrometheusController, PrometheusModule } from '@willsoto/nestjs-prometheus';
import type { FastifyReply } from 'fastify';
import { register } from 'prom-client';

import { Public } from '../http/public.decorator.js';

export const HTTP_DURATION = 'http_request_duration_seconds';

@ApiExcludeController()
@Controller('metrics')
class MetricsController extends PrometheusController {
  @Public()
  @Get()
  override index(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return super.index(reply);
  }
}

/** /metrics in Prometheus text format. Metrics are declared beside the code that they measure. */
@Module({
  imports: [PrometheusModule.register({ controller: MetricsController, defaultMetrics: { enabled: true } })],
  providers: [
    makeHistogramProvider({
      name: HTTP_DURATION,
      help: 'Time from the request to its last byte, in seconds.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    }),
  ],
  exports: [getToken(HTTP_DURATION)],
})
export class MetricsModule implements OnModuleInit {
  /** prom-client names three gauges as if they were counters; promtool refuses them, and nobody needs them. */
  onModuleInit(): void {
    for (const what of ['handles', 'requests', 'resources']) register.removeSingleMetric(`nodejs_active_${what}_total`);
  }
}
