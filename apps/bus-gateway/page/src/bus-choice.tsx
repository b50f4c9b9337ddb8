import type { BusView } from "../../src/web/api/bus-view.ts";
import { useSay } from "./language.ts";

export function BusChoice(props: { buses: BusView[]; value: string; onChange: (busId: string) => void }) {
  const say = useSay();
  return (
    <label>
      {say("bus")}
      <select value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        {props.buses.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
