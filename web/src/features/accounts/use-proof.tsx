import { type ReactNode, useState } from 'react';
import { isProblem } from '@/api/problem';
import type { ProofWay } from '@/api/types';
import { Dialog, DialogContent } from '@/components/ui/dialog';
import { usePasskeyChallengeMutation, useProveMutation } from './api';
import { ProofForm } from './proof-form';

/** The person closed the window instead of proving who they are: nothing happened, and nothing needs to be said. */
export class ProofDeclined extends Error {}

interface Asked {
  ways: ProofWay[];
  answer: (outcome: 'proved' | 'declined') => void;
}

/**
 * For what takes a recent proof: `guard` runs it, asks for the proof if the server wants one, and runs it again. Show
 * `proofDialog` somewhere.
 */
export function useProof(): {
  guard: <Result>(task: () => Promise<Result>) => Promise<Result>;
  proofDialog: ReactNode;
} {
  const [asked, setAsked] = useState<Asked>();
  const [prove] = useProveMutation();
  const [challenge] = usePasskeyChallengeMutation();

  const guard = async <Result,>(task: () => Promise<Result>): Promise<Result> => {
    try {
      return await task();
    } catch (error) {
      if (!isProblem(error) || error.code !== 'proof_required') throw error;
      const ways = (error.members?.ways ?? []) as ProofWay[];
      const outcome = await new Promise((answer: Asked['answer']) => setAsked({ ways, answer }));
      setAsked(undefined);
      if (outcome === 'declined') throw new ProofDeclined();
      return await task();
    }
  };

  const proofDialog = (
    <Dialog open={!!asked} onOpenChange={() => asked?.answer('declined')}>
      {asked && (
        <DialogContent
          title="Is it you?"
          description="Prove it once more, so that nobody who finds this device open can do this."
        >
          <ProofForm
            ways={asked.ways}
            label="Go on"
            challenge={() => challenge({}).unwrap()}
            onProof={async (proof) => {
              await prove(proof).unwrap();
              asked.answer('proved');
            }}
          />
        </DialogContent>
      )}
    </Dialog>
  );
  return { guard, proofDialog };
}
