import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

// Only what is drawn here: the chunk is loaded with the first chart.
use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

export { init };
