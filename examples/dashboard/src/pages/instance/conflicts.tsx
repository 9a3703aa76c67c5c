import { useState } from 'react';
import { freePort, make } from '../../api/changes';
import { Notice, Sentence } from '../../parts/small';
import type { InstanceDetails } from '../instance';

type Conflict = InstanceDetails['conflicts'][number];

/** The port whose claim is in conflict, such as 0.0.0.0:5432/tcp. */
function portOf({ kind, value }: Conflict, instance: InstanceDetails) {
  if (kind !== 'HOST_PORT') return undefined;
  const [, hostPort, protocol] = /:(\d+)\/(\w+)$/.exec(value) ?? [];
  return instance.effectiveConfig.ports.find(
    (port) => `${port.hostPort}` === hostPort && port.protocol.toLowerCase() === protocol,
  );
}

export function InstanceConflicts({ instance, mayChange }: { instance: InstanceDetails; mayChange: boolean }) {
  return instance.conflicts.map((conflict) => (
    <Notice key={`${conflict.kind} ${conflict.value}`} tone="caution">
      <Sentence text={conflict.message} /> {mayChange && <OtherPort conflict={conflict} instance={instance} />}
    </Notice>
  ));
}

/** Publishes the nearest free port instead. */
function OtherPort({ conflict, instance }: { conflict: Conflict; instance: InstanceDetails }) {
  const [problem, setProblem] = useState<string>();
  const port = portOf(conflict, instance);
  if (!port?.hostPort) return null;
  const { hostPort, containerPort, protocol, hostIp } = port;
  const use = async () => {
    const free = await freePort(hostPort, protocol);
    if (free === null) return setProblem('There is no free port.');
    const { problems } = await make('patchInstanceOverrides', {
      instance: { id: instance.id },
      expectedRevision: instance.revision,
      operations: [{ set: { port: { hostPort: free, containerPort, protocol, hostIp } } }],
    });
    setProblem(problems[0]?.message);
  };
  return (
    <>
      <button type="button" onClick={() => void use()}>
        Use a free port
      </button>
      {problem && <span className="problem"> {problem}</span>}
    </>
  );
}
