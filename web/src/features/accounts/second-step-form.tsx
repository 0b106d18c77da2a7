import type { SecondStep } from '@/api/types';
import { Button } from '@/components/ui/button';
import { isProblem } from '@/api/problem';
import { usePasskeyChallengeMutation, useSecondStepMutation } from './api';
import { ProofForm } from './proof-form';

interface SecondStepFormProps {
  step: SecondStep;
  /** Back to the first step; `late`: because this one took too long. */
  onBack: (why: 'asked' | 'late') => void;
}

/** The password was right: what comes after it. Who is in then is known to `me`. */
export function SecondStepForm({ step, onBack }: SecondStepFormProps) {
  const { second_step_token, ways } = step;
  const [takeStep] = useSecondStepMutation();
  const [challenge] = usePasskeyChallengeMutation();
  return (
    <div className="grid gap-5">
      <ProofForm
        ways={ways}
        label="Sign in"
        challenge={() => challenge({ second_step_token }).unwrap()}
        onProof={async (proof) => {
          try {
            await takeStep({ second_step_token, proof }).unwrap();
          } catch (error) {
            if (isProblem(error) && error.code === 'second_step_over') onBack('late');
            else throw error;
          }
        }}
      />
      <Button variant="ghost" onClick={() => onBack('asked')}>
        Back
      </Button>
    </div>
  );
}
