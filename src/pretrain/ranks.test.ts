import { describe, expect, it } from 'vitest';
import { UsageError } from '../base/index.js';
import { deviceOf, firstHost, ranksOf } from './ranks.js';

const torchrun = {
  RANK: '3',
  LOCAL_RANK: '1',
  WORLD_SIZE: '4',
  MASTER_ADDR: 'node01',
  MASTER_PORT: '29500',
};
const slurm = {
  SLURM_PROCID: '3',
  SLURM_NTASKS: '4',
  SLURM_LOCALID: '1',
  SLURM_NODELIST: 'gpu[03-05,9],login1',
  SLURM_JOB_ID: '1234567',
};

describe('the place of a process', () => {
  it('is alone where no launcher says otherwise', () => {
    expect(ranksOf({})).toBeUndefined();
    expect(ranksOf({ SLURM_PROCID: '0', SLURM_NTASKS: '1' })).toBeUndefined();
    expect(ranksOf({ ...torchrun, RANK: '0', WORLD_SIZE: '1' })).toBeUndefined();
  });

  it('comes from the variables of torchrun', () => {
    const place = { rank: 3, localRank: 1, worldSize: 4, host: 'node01', port: 29_500 };
    expect(ranksOf(torchrun)).toMatchObject({ ...place, storeIsServed: false, launcher: 'environment' });
    const agent = {
      ...torchrun,
      TORCHELASTIC_RUN_ID: 'x',
      TORCHELASTIC_USE_AGENT_STORE: 'True',
      TORCHELASTIC_RESTART_COUNT: '2',
    };
    expect(ranksOf(agent)).toMatchObject({
      ...place,
      storeIsServed: true,
      prefix: 'synray/attempt-2',
      launcher: 'torchrun',
    });
  });

  it('comes from Slurm where srun started several tasks, and what is set by hand goes before', () => {
    const place = { rank: 3, localRank: 1, worldSize: 4, host: 'gpu03', port: 19_567, launcher: 'slurm' };
    expect(ranksOf(slurm)).toMatchObject(place);
    expect(ranksOf({ ...slurm, MASTER_PORT: '4000', MASTER_ADDR: 'head' })).toMatchObject({
      port: 4000,
      host: 'head',
      rank: 3,
    });
  });

  it.each([
    ['node7', 'node7'],
    ['node7,node8', 'node7'],
    ['gpu[03-05,9],login1', 'gpu03'],
    ['rack[0-1]n[2,4]', 'rack0n2'],
  ])('the first host of %s is %s', (nodes, host) => expect(firstHost(nodes)).toBe(host));

  it.each([
    [{ ...torchrun, RANK: '4' }, /RANK is "4" \(it must be a whole number from 0 to 3\)/],
    [{ ...torchrun, RANK: 'first' }, /RANK is "first"/],
    [{ ...torchrun, WORLD_SIZE: '0' }, /WORLD_SIZE is "0"/],
    [{ ...torchrun, MASTER_PORT: '70000' }, /MASTER_PORT is "70000"/],
    [{ ...torchrun, MASTER_ADDR: '' }, /MASTER_ADDR is not set/],
    [{ RANK: '1' }, /WORLD_SIZE is not set/],
    [{ ...torchrun, SYNRAY_RANK_TIMEOUT: '-1' }, /SYNRAY_RANK_TIMEOUT is "-1"/],
    [{ ...slurm, SLURM_NODELIST: '[1-2' }, /SLURM_NODELIST is "\[1-2"/],
  ])('what is wrong is named: %j', (environment, message) => {
    expect(() => ranksOf(environment)).toThrow(UsageError);
    expect(() => ranksOf(environment)).toThrow(message);
  });

  it('chooses the GPU', () => {
    expect(deviceOf(undefined, 'cuda')).toBe('cuda');
    expect(deviceOf(ranksOf(torchrun), 'cuda')).toBe('cuda:1');
    expect(deviceOf(ranksOf(torchrun), 'cpu')).toBe('cpu');
  });
});
