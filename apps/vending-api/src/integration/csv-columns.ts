/**
 * Every column of our tables by its stable name, with its titles for people. A file that comes back may have either. Titles are
 * unique within a language.
 */
export const CSV_COLUMNS = {
  id: { en: "Id", zh: "编号" },
  site_id: { en: "Site id", zh: "园区编号" },
  building_id: { en: "Building id", zh: "楼栋编号" },
  building: { en: "Building", zh: "楼栋" },
  floors: { en: "Floors", zh: "层数" },
  unit_id: { en: "Unit id", zh: "房间编号" },
  unit: { en: "Unit", zh: "房间" },
  floor: { en: "Floor", zh: "楼层" },
  household_id: { en: "Household id", zh: "住户编号" },
  household: { en: "Household", zh: "住户" },
  name: { en: "Name", zh: "名称" },
  phone: { en: "Phone", zh: "电话" },
  tariff_id: { en: "Tariff id", zh: "电价编号" },
  tariff: { en: "Tariff", zh: "电价" },
  cut_minor: { en: "Cut at (minor units)", zh: "断电余额（最小货币单位）" },
  release_minor: { en: "Release above (minor units)", zh: "恢复余额（最小货币单位）" },
  status: { en: "Status", zh: "状态" },
  opened_at: { en: "Opened at", zh: "开户时间" },
  closed_at: { en: "Closed at", zh: "销户时间" },
  has_login: { en: "May log in", zh: "可登录" },
  at: { en: "Instant (UTC)", zh: "时刻（UTC）" },
  local_time: { en: "Local time", zh: "当地时间" },
  receipt_number: { en: "Receipt", zh: "收据号" },
  kind: { en: "Kind", zh: "类别" },
  seq: { en: "Sequence", zh: "序号" },
  amount: { en: "Amount", zh: "金额" },
  amount_minor: { en: "Amount (minor units)", zh: "金额（最小货币单位）" },
  currency: { en: "Currency", zh: "币种" },
  free_wh: { en: "Free energy (Wh)", zh: "补贴电量（Wh）" },
  balance_after_minor: { en: "Balance after (minor units)", zh: "余额（最小货币单位）" },
  method: { en: "Method", zh: "付款方式" },
  note: { en: "Note", zh: "备注" },
  by: { en: "By", zh: "经办人" },
  delivery: { en: "Delivery", zh: "下发" },
  shift_id: { en: "Shift id", zh: "班次编号" },
  ref: { en: "Reference", zh: "参考号" },
  voided_at: { en: "Voided at", zh: "作废时间" },
  voided_by: { en: "Voided by", zh: "作废人" },
  void_reason: { en: "Void reason", zh: "作废原因" },
  previous_hash: { en: "Previous hash", zh: "前一哈希" },
  hash: { en: "Hash", zh: "哈希" },
} as const satisfies Record<string, { en: string; zh: string }>;

export type ColumnName = keyof typeof CSV_COLUMNS;
export const COLUMN_NAMES = Object.keys(CSV_COLUMNS) as ColumnName[];

export const TITLE_CHOICES = ["names", "en", "zh"] as const;
export type TitleChoice = (typeof TITLE_CHOICES)[number];

export function titleOf(column: ColumnName, choice: TitleChoice): string {
  return choice === "names" ? column : CSV_COLUMNS[column][choice];
}

const BY_TITLE = new Map<string, ColumnName>(
  COLUMN_NAMES.flatMap((name) =>
    TITLE_CHOICES.map((choice): [string, ColumnName] => [titleOf(name, choice).toLowerCase(), name]),
  ),
);

/** The column that a header names, by its stable name or a title of either language. */
export function columnTitled(title: string): ColumnName | undefined {
  return BY_TITLE.get(title.trim().toLowerCase());
}
