import type { Translated } from "../../i18n/translated.ts";
import type { pickerEn } from "./messages.en.ts";

export const pickerZh: Translated<typeof pickerEn> = {
  picker: {
    building: "楼栋",
    floor: "楼层",
    everyBuilding: "全部楼栋",
    everyFloor: "全部楼层",
    floorNumber: "%{floor} 层",
    addHere: "添加 %{smart_count} 户",
    search: "按房间或名称添加一户",
    paste: "粘贴房间号",
    rooms: "房间号",
    roomsHelp: "每行一个，或以逗号分隔：101、枫园 102，或用户名称。",
    understood: "识别出 %{smart_count} 户",
    unknown: "无法识别：%{rooms}",
    ambiguous: "多栋楼都有，请在房间号前写上楼栋：%{rooms}",
    none: "还没有选择用户。请按楼层添加、搜索房间或粘贴房间号。",
    chosen: "已选 %{smart_count} 户",
    chosenLabel: "已选用户",
    remove: "移除 %{name}",
    clear: "全部移除",
    more: "另有 %{smart_count} 户",
  },
};
